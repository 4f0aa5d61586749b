"""The demonstration: a made-up clinic whose records come about through the real actions."""
