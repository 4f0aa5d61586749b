"""The words of a result: the advice of each level, its reasons, deadlines and next steps."""
