"""Wire the house together: where packaged and shop rule files are read from."""
