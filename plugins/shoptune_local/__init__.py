"""The executor that runs steps here."""
