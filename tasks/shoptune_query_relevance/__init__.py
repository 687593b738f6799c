"""Tell how well a product fits what a customer searches for."""
