# SPDX-License-Identifier: GPL-2.0-only
# __init__.py - what the end-to-end tests are written with
