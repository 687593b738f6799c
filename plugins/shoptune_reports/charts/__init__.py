"""The data of the page's charts."""
