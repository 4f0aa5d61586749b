"""Selection of the messages to deliver next, and batching of several into one mail."""
