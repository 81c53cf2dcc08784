"""Answer browsers: each module reads what a page asks, makes one call into a flow, and fills a template."""
