"""Plugins as strangers would write them, each of which uses one opening of the frame; named in experiments by path."""
