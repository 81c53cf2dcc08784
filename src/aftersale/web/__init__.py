"""Hold the frame and the templates of self-contained pages."""
