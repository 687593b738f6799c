"""Write a product's description from its attributes."""
