"""The formats, one module each: from a comparison to the contents of files."""
