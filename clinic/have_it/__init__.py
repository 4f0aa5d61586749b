"""The page behind the link of an SMS or a push, on which its recipient answers without signing in."""
