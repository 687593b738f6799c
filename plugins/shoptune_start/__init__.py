"""The first steps: ``shoptune demo`` tries it all on an invented shop, ``shoptune init`` begins with your own."""
