// SPDX-License-Identifier: Apache-2.0
import Essentials

/// JSON merge patch (RFC 7396).
enum MergePatch {
    static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = target.objectValue ?? [:]
        for (name, change) in changes {
            members[name] = change.isNull ? nil : apply(change, to: members[name] ?? [:])
        }
        return .object(members)
    }
}
