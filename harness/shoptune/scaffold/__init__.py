"""Writes a small, complete plugin package for somebody to change: ``shoptune plugins new``.

- `kinds`: what there is to choose from, and what each package holds
- `names`: what a package may be called
- `package`: fills in the templates and writes the files
"""
