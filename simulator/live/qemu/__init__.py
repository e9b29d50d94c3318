"""QEMU with a Linux kernel: booted, then asked one system call at a time."""
