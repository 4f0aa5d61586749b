"""Benchmarks. Each script starts the throwaway servers it needs and prints one JSON object as its last line."""
