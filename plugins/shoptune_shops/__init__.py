"""What shops can download: products, orders, A/B tests."""
