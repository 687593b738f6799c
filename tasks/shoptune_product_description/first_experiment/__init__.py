"""From a shop's export to its first experiment file: what ``shoptune init`` finds out, and what it writes."""
