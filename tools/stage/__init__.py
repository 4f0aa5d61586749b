"""The whole portal on throwaway servers that can be broken, for fault tests and benchmarks."""
