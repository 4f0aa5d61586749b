"""How a person is reached: contact points, which of them is used when, and quiet hours."""
