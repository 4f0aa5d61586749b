"""Instructions that hold at one hour after a procedure, in the words of one clinic."""
