"""A sent check-in: whether it can be taken, where it belongs, how it is judged and stored."""
