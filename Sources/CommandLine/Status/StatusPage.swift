// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// `watchbill status`: all our objects, what is not ready first.
package struct StatusPage: Sendable {
    private let standings: [ObjectStanding]

    package init(_ standings: [ObjectStanding]) {
        self.standings = standings.sorted { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            if left.key.namespace != right.key.namespace { return left.key.namespace < right.key.namespace }
            return (left.kind, left.key.name) < (right.kind, right.key.name)
        }
    }

    package var isEmpty: Bool { standings.isEmpty }

    /// - Parameter isWide: also the other conditions, each with its reason.
    package func table(showsNamespace: Bool, isWide: Bool, at now: Timestamp) -> TextTable {
        var titles = showsNamespace ? ["Namespace"] : []
        titles += ["Name", "Ready", "Reason", "Age"] + (isWide ? ["Conditions"] : []) + ["In words"]
        var table = TextTable(titles)
        for standing in standings {
            var cells: [TextTable.Cell] = showsNamespace ? [.init(standing.key.namespace)] : []
            cells += [
                .init("\(standing.kind.lowercased())/\(standing.key.name)"),
                .init(standing.ready ?? "-", ink: standing.ink), .init(standing.reason),
                .init(Age.words(since: standing.creationTime, at: now)),
            ]
            if isWide { cells.append(.init(standing.otherConditions)) }
            cells.append(.init(standing.message))
            table.add(cells)
        }
        return table
    }

    package var json: JSONValue { ["objects": .array(standings.map(\.json))] }
}

extension ObjectStanding {
    /// What wants attention comes first; what has no status last.
    fileprivate var rank: Int {
        switch ready {
        case "False": 0
        case "Unknown": 1
        case nil: 3
        default: 2
        }
    }

    fileprivate var ink: Ink? {
        switch ready {
        case "True": conditions.contains { $0.type != "Ready" && $0.status == .false } ? .yellow : .green
        case "False": .red
        case "Unknown": .yellow
        default: nil
        }
    }

    fileprivate var otherConditions: String {
        conditions.filter { $0.type != "Ready" }.map { "\($0.type)=\($0.status.rawValue)(\($0.reason))" }
            .joined(separator: ",")
    }
}
