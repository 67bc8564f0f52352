// SPDX-License-Identifier: Apache-2.0

/// The worst `limit` of any number of things: a binary heap whose root is the mildest that is kept.
struct WorstList<Element: Ranked> {
    private let limit: Int
    private var heap: [Element] = []
    /// Whether something was left away.
    private(set) var isTruncated = false

    init(limit: Int) { self.limit = max(limit, 0) }

    mutating func insert(_ element: Element) {
        if heap.count < limit {
            heap.append(element)
            rise(from: heap.count - 1)
            return
        }
        isTruncated = true
        guard let mildest = heap.first, Element.comesFirst(element, mildest) else { return }
        heap[0] = element
        sink()
    }

    /// All that was kept, the worst first.
    var worstFirst: [Element] { heap.sorted(by: Element.comesFirst) }

    private mutating func rise(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Element.comesFirst(heap[parent], heap[child]) else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var mildest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Element.comesFirst(heap[mildest], heap[child]) { mildest = child }
            }
            if mildest == parent { return }
            heap.swapAt(parent, mildest)
            parent = mildest
        }
    }
}
