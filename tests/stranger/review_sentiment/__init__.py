"""The sentiment of reviews: a plugin that nobody of shoptune wrote."""
