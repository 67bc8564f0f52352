// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema

extension Schema {
    /// A small value that the schema accepts; those of different indices differ where the schema has room for it.
    package func sample(_ index: Int = 0) -> JSONValue {
        switch shape {
        case .object(let rules):
            var members: [String: JSONValue] = [:]
            for name in rules.required { members[name] = rules.properties[name]?.sample(index) ?? .null }
            return .object(members)
        case .map: return [:]
        case .array: return []
        case .string(let rules): return .string(text(rules, index))
        case .integer(let minimum, let maximum):
            let lowest = minimum ?? min(0, maximum ?? 0)
            return .integer(min(lowest + Int64(index), maximum ?? .max))
        case .boolean: return .bool(index % 2 == 0)
        case .integerOrString: return .integer(Int64(index + 1))
        case .anything: return [:]
        }
    }

    private func text(_ rules: StringRules, _ index: Int) -> String {
        if !rules.allowed.isEmpty { return rules.allowed[index % rules.allowed.count] }
        let moment = Timestamp(secondsSinceEpoch: 1_900_000_000 + Int64(index)).rfc3339
        let word = "a\(index)"
        let padded = word + String(repeating: "a", count: max(0, (rules.minimumLength ?? 0) - word.count))
        let candidates = [padded, moment, "\(index + 1)", "\(index + 1)Gi"]
        return candidates.first { validate(.string($0)).isEmpty } ?? padded
    }

    /// An array or map with so many different entries.
    func filled(_ count: Int) -> JSONValue {
        switch shape {
        case .array(let rules): return .array((0..<count).map(rules.items.sample))
        case .map(let values, _):
            return .object(
                Dictionary((0..<count).map { ("k\($0)", values.sample($0)) }, uniquingKeysWith: { first, _ in first }))
        default: return sample()
        }
    }
}
