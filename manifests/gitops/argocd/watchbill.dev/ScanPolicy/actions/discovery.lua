-- SPDX-License-Identifier: Apache-2.0
local suspended = obj.spec ~= nil and obj.spec.suspend == true
local actions = {}
actions["scan-now"] = {["disabled"] = suspended}
actions["reconcile"] = {["disabled"] = false}
actions["suspend"] = {["disabled"] = suspended}
actions["resume"] = {["disabled"] = not suspended}
return actions
