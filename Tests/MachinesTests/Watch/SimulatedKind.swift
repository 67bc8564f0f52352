// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines

/// The objects of one kind as an API server keeps them: a history that is cut off at its old end.
struct SimulatedKind {
    struct Event {
        var version: Int
        var name: String
        var isDeletion: Bool
    }

    struct Page {
        var items: [String: Int]
        var version: Int
        var continueToken: String?
    }

    private(set) var version = 1
    /// The oldest version from which a watch or a continued list is possible.
    private(set) var oldest = 1
    private(set) var objects: [String: Int] = [:]
    private(set) var events: [Event] = []
    private var contents: [Int: [String: Int]] = [1: [:]]

    func content(at version: Int) -> [String: Int]? { contents[version] }

    mutating func write(using generator: inout SeededGenerator) {
        version += Int.random(in: 1...3, using: &generator)
        let name = "object-\(Int.random(in: 0..<12, using: &generator))"
        let isDeletion = objects[name] != nil && Int.random(in: 0..<3, using: &generator) == 0
        objects[name] = isDeletion ? nil : version
        events.append(Event(version: version, name: name, isDeletion: isDeletion))
        contents[version] = objects
    }

    mutating func compact(using generator: inout SeededGenerator) {
        oldest = max(oldest, version - Int.random(in: 0...20, using: &generator))
        events.removeAll { $0.version <= oldest - 1 }
        contents = contents.filter { $0.key >= oldest - 50 }
    }

    /// Tokens are `version/last name`.
    func list(_ request: WatchMachine.PageRequest) -> Result<Page, APIRefusal> {
        var snapshot = version
        var after = ""
        if let token = request.continueToken {
            let parts = token.split(separator: "/", omittingEmptySubsequences: false)
            snapshot = Int(parts[0]) ?? 0
            after = String(parts[1])
            if snapshot < oldest { return .failure(.init(code: 410, reason: "Expired")) }
        } else if let wanted = request.resourceVersion.flatMap(Int.init), wanted > version {
            return .failure(.init(code: 504, causes: ["ResourceVersionTooLarge"]))
        }
        guard let content = contents[snapshot] else { return .failure(.init(code: 410, reason: "Gone")) }
        let names = content.keys.filter { $0 > after }.sorted()
        let taken = names.prefix(request.limit ?? Int.max)
        let items = Dictionary(uniqueKeysWithValues: taken.map { ($0, content[$0] ?? 0) })
        let token = taken.count < names.count ? "\(snapshot)/\(taken.last ?? after)" : nil
        return .success(Page(items: items, version: snapshot, continueToken: token))
    }
}
