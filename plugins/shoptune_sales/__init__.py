"""What a shop's sales and A/B tests teach: weights of examples, preference pairs, and their evidence."""
