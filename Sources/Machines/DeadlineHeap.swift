// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Elements by time, earliest first; each is held once, and its time can be changed. O(log n) an operation.
///
/// Equal times keep the order of insertion, so that equal histories give equal results.
struct DeadlineHeap<Element: Hashable & Sendable>: Sendable {
    private struct Node {
        var element: Element
        var time: Instant
        var order: UInt64

        func isBefore(_ other: Node) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var nodes: [Node] = []
    private var positions: [Element: Int] = [:]
    private var insertions: UInt64 = 0

    var count: Int { nodes.count }
    var first: (element: Element, time: Instant)? { nodes.first.map { ($0.element, $0.time) } }
    var elements: some Collection<Element> { positions.keys }

    func time(of element: Element) -> Instant? { positions[element].map { nodes[$0].time } }

    /// Inserts the element, or moves it to another time.
    mutating func set(_ element: Element, at time: Instant) {
        insertions += 1
        let node = Node(element: element, time: time, order: insertions)
        if let position = positions[element] {
            nodes[position] = node
            restore(at: position)
        } else {
            nodes.append(node)
            positions[element] = nodes.count - 1
            moveUp(from: nodes.count - 1)
        }
    }

    @discardableResult
    mutating func remove(_ element: Element) -> Instant? {
        guard let position = positions.removeValue(forKey: element) else { return nil }
        let removed = nodes[position]
        let last = nodes.removeLast()
        if position < nodes.count {
            nodes[position] = last
            positions[last.element] = position
            restore(at: position)
        }
        return removed.time
    }

    /// Removes and returns the earliest element if its time has come.
    mutating func popDue(now: Instant) -> Element? {
        guard let (element, time) = first, time <= now else { return nil }
        remove(element)
        return element
    }

    private mutating func restore(at position: Int) {
        moveDown(from: moveUp(from: position))
    }

    @discardableResult
    private mutating func moveUp(from start: Int) -> Int {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard nodes[position].isBefore(nodes[parent]) else { break }
            swap(position, parent)
            position = parent
        }
        return position
    }

    private mutating func moveDown(from start: Int) {
        var position = start
        while true {
            let left = 2 * position + 1
            guard left < nodes.count else { return }
            let right = left + 1
            let child = right < nodes.count && nodes[right].isBefore(nodes[left]) ? right : left
            guard nodes[child].isBefore(nodes[position]) else { return }
            swap(position, child)
            position = child
        }
    }

    private mutating func swap(_ first: Int, _ second: Int) {
        nodes.swapAt(first, second)
        positions[nodes[first].element] = first
        positions[nodes[second].element] = second
    }
}
