"""From finished steps to the comparison, and from the comparison to files."""
