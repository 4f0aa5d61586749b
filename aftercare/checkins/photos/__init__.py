"""Pictures that follow a check-in: taken in, decoded, encrypted, stored and removed. No program judges them."""
