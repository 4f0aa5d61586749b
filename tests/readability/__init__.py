"""What patients read, sentence by sentence, and how hard it is to read."""
