"""Report formats: HTML, Markdown, JSON."""
