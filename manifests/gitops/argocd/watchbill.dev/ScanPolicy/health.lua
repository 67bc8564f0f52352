-- SPDX-License-Identifier: Apache-2.0
-- Health of a ScanPolicy, as kstatus reads it. A breached threshold or a scan that fails is no illness of the policy: these
-- have conditions of their own, and their words are added to the message.
local hs = {status = "Progressing", message = "Waiting for the operator"}
if obj.spec ~= nil and obj.spec.suspend == true then
  hs.status = "Suspended"
  hs.message = "spec.suspend is true: no scan starts"
  return hs
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return hs
end
local ready, notes = nil, ""
for _, condition in ipairs(obj.status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    hs.status = "Degraded"
    hs.message = condition.message
    return hs
  end
  if condition.type == "Reconciling" and condition.status == "True" then
    hs.message = condition.message
    return hs
  end
  if condition.type == "Ready" then
    ready = condition
  elseif condition.status == "False" then
    notes = notes .. "; " .. condition.type .. ": " .. condition.message
  end
end
if ready ~= nil then
  hs.message = ready.message .. notes
  if ready.status == "True" then
    hs.status = "Healthy"
  elseif ready.status == "False" then
    hs.status = "Degraded"
  end
end
return hs
