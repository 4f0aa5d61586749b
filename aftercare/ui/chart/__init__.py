"""Recovery chart, drawn on the server: parts, words, geometry."""
