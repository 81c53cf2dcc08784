"""Answer programs: the desk over HTTP, described by an OpenAPI document."""
