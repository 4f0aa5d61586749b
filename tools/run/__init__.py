"""The demonstration that bin/run starts."""
