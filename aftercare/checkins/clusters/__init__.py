"""Clusters: found in what patients report, told to the managers, looked at by one of them."""
