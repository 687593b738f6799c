"""Tell whether two offers sell the same product."""
