"""Tools that run, check and measure the portal; never imported by it."""
