"""The page of managers about check-ins of several patients that belong together."""
