"""What runs, checks and measures the portal; never imported by it."""
