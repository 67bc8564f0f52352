// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

/// How Diun watches one image: its options, or the defaults of all.
struct DiunOptions: Hashable {
    var watchesRepository = false
    var sortTags = "reverse"
    var include: [String] = []
    var exclude: [String] = []

    /// The policy that says the same: without `watch_repo`, only the content of the tag counts.
    var policy: ImageWatchSpec.Policy {
        guard watchesRepository else { return ImageWatchSpec.Policy(type: .digest) }
        var policy = ImageWatchSpec.Policy()
        switch sortTags {
        case "semver": policy.type = .semVer
        case "lexicographical": policy.type = .alphabetical
        default: break
        }
        if !include.isEmpty || !exclude.isEmpty {
            policy.tags = .init(
                include: include.isEmpty ? nil : include, exclude: exclude.isEmpty ? nil : exclude)
        }
        return policy
    }

    /// What Go's `ParseBool` and YAML take.
    static func bool(_ value: JSONValue) -> Bool? {
        if let flag = value.boolValue { return flag }
        switch value.stringValue {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: return nil
        }
    }

    /// A list of texts, or texts with `;` in between as annotations have them.
    static func texts(_ value: JSONValue) -> [String]? {
        if let text = value.stringValue { return text.split(separator: ";").map(String.init) }
        guard let elements = value.arrayValue else { return nil }
        let texts = elements.compactMap { $0.stringValue ?? ($0.isNull ? nil : DiunImport.words($0)) }
        return texts.count == elements.count ? texts : nil
    }

    /// A duration as Go writes it, `1h30m`, `500ms`, in whole seconds rounded up; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        var rest = text[...]
        var milliseconds: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let unit = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
            let factors: [String: Double] = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
            guard let number = Double(String(digits)), let factor = factors[String(unit)], number * factor < 1e15 else {
                return nil
            }
            milliseconds += Int64(number * factor)
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return text.isEmpty ? nil : (milliseconds + 999) / 1_000
    }
}
