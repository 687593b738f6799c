"""Read a product's attributes from its text."""
