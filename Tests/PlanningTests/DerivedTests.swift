// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning
import Testing

@Suite struct DerivedTests {
    private struct Weather: FactQuestion {
        typealias Answer = Int
        static let name = "weather"
        var place: String
        var bucket: String { "sky" }
    }

    /// The names of a namespace's Pods, with the platforms of their nodes and the weather there.
    private struct Roster: Derivation {
        let namespace: String

        func value(in world: World) -> [String] {
            let weather = world.fact(Weather(place: namespace)).answer ?? 0
            return world[Pod.self].objects(in: namespace).map { pod in
                let node = world[Node.self].object(ObjectKey(name: pod.nodeName ?? ""))
                return "\(pod.metadata.name) on \(node?.architecture ?? "nothing"), \(weather)"
            }.sorted()
        }
    }

    /// How many Pods run in namespaces that are watched; by way of another derivation.
    private struct Total: Derivation {
        let namespaces: [String]

        func value(in world: World) -> Int {
            namespaces.reduce(world.configuration.excludedNamespaces.count) {
                $0 + world.derived(Roster(namespace: $1)).value.count
            }
        }
    }

    /// The number of all Pods.
    private struct Census: Derivation {
        func value(in world: World) -> Int { world[Pod.self].count }
    }

    /// Made of the values of others, and reading nothing itself.
    private struct Longest: Derivation {
        let rosters: [Derived<[String]>]
        func value(in world: World) -> Int { rosters.map(\.value.count).max() ?? 0 }
    }

    private func pod(_ name: String, in namespace: String, on node: String = "n1") -> Pod {
        var pod = Pod(metadata: ObjectMetadata(name: name, namespace: namespace))
        pod.nodeName = node
        return pod
    }

    private func world() -> World {
        var world = World(configuration: OperatorConfiguration())
        world[Pod.self] = Snapshot([pod("a", in: "one"), pod("b", in: "two", on: "n2")])
        world[Node.self] = Snapshot(["n1", "n2", "n3"].map { Node(metadata: ObjectMetadata(name: $0)) })
        return world
    }

    private func set(_ pod: Pod, in world: inout World) { world[Pod.self][pod.key] = .object(pod) }

    @Test func `what was derived is worked out again only when something that was read for it has changed`() {
        var world = world()
        func expect(_ count: Int, _ value: [String], _ what: Comment) {
            #expect(world.derived(Roster(namespace: "one")).value == value, what)
            #expect(world.computations(of: Roster.self) == count, what)
        }
        expect(1, ["a on amd64, 0"], "the first time")
        expect(1, ["a on amd64, 0"], "nothing has changed")
        set(pod("c", in: "two"), in: &world)
        world[Node.self][ObjectKey(name: "n3")] = nil
        world.set(.known(7, askedAt: Timestamp(secondsSinceEpoch: 1)), for: Weather(place: "two"))
        expect(1, ["a on amd64, 0"], "another namespace's Pod, a node of nobody, another place's weather")
        world[Node.self][ObjectKey(name: "n1")] = .object(
            Node(metadata: ObjectMetadata(name: "n1"), architecture: "arm64"))
        expect(2, ["a on arm64, 0"], "its node")
        world.set(.known(9, askedAt: Timestamp(secondsSinceEpoch: 1)), for: Weather(place: "one"))
        expect(3, ["a on arm64, 9"], "the weather")
        world.forget(AnyQuestion(Weather(place: "one")))
        expect(4, ["a on arm64, 0"], "no weather any more")
        world[Pod.self][ObjectKey(namespace: "one", name: "a")] = nil
        expect(5, [], "its last Pod")
        set(pod("z", in: "one"), in: &world)
        expect(6, ["z on arm64, 0"], "the first Pod of an empty namespace")
        world.configuration.excludedNamespaces = ["x"]
        expect(7, ["z on arm64, 0"], "the configuration")
    }

    @Test func `two worlds that share what is derived each get their own`() {
        let before = world()
        var after = before
        set(pod("c", in: "one"), in: &after)
        for _ in 0..<3 {
            #expect(before.derived(Roster(namespace: "one")).value == ["a on amd64, 0"])
            #expect(after.derived(Roster(namespace: "one")).value == ["a on amd64, 0", "c on amd64, 0"])
        }
    }

    @Test func `what was read for something read is read, too`() {
        var world = world()
        let total = Total(namespaces: ["one", "two"])
        #expect(world.derived(total).value == 2)
        // Known by now, so that the total is worked out from what is kept.
        world.configuration.excludedNamespaces = ["x", "y"]
        #expect(world.derived(total).value == 4)
        set(pod("c", in: "two"), in: &world)
        #expect(world.derived(total).value == 5)
        #expect(world.derived(Census()).value == 3)
        set(pod("d", in: "two"), in: &world)
        #expect(world.derived(Census()).value == 4)
    }

    @Test func `the same value worked out again leaves what is made of it alone`() {
        var world = world()
        func longest() -> Int {
            world.derived(Longest(rosters: ["one", "two"].map { world.derived(Roster(namespace: $0)) })).value
        }
        #expect(longest() == 1)
        var restarted = pod("a", in: "one")
        restarted.phase = .running
        set(restarted, in: &world)
        #expect(longest() == 1)
        #expect(world.computations(of: Roster.self) == 3 && world.computations(of: Longest.self) == 1)
        set(pod("c", in: "one"), in: &world)
        #expect(longest() == 2 && world.computations(of: Longest.self) == 2)
    }

    @Test func `in any history, what is kept equals what is worked out afresh`() {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            var worlds = [world()]
            for step in 0..<300 {
                // Old worlds are looked at again, as by a pass that takes long.
                var world = worlds[Int.random(in: 0..<worlds.count, using: &random)]
                change(&world, step, &random)
                worlds = worlds.suffix(3) + [world]
                for world in worlds {
                    for namespace in ["one", "two", "three"] {
                        let roster = Roster(namespace: namespace)
                        #expect(
                            world.derived(roster).value == world.afresh.derived(roster).value, "seed \(seed), \(step)")
                    }
                    let total = Total(namespaces: ["two", "three"])
                    #expect(world.derived(total).value == world.afresh.derived(total).value, "seed \(seed), \(step)")
                    #expect(world.derived(Census()).value == world[Pod.self].count, "seed \(seed), \(step)")
                }
            }
        }
    }

    @Test func `several at once, each in a world of its own, never get another's`() async {
        var origin = world()
        // Enough nodes that reads are refreshed, not only compared.
        for number in 0..<12 {
            origin[Node.self][ObjectKey(name: "m\(number)")] = .object(
                Node(metadata: ObjectMetadata(name: "m\(number)")))
            set(pod("q\(number)", in: "one", on: "m\(number)"), in: &origin)
        }
        let shared = origin
        let mistakes = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(task))
                    var (world, mistakes) = (shared, 0)
                    for step in 0..<2_000 {
                        let node = "m\(Int.random(in: 0..<14, using: &random))"
                        world[Node.self][ObjectKey(name: node)] = .object(
                            Node(metadata: ObjectMetadata(name: node), architecture: "\(step % 3)"))
                        if step % 7 == task { world = shared }
                        let roster = Roster(namespace: "one")
                        if world.derived(roster).value != roster.value(in: world) { mistakes += 1 }
                    }
                    return mistakes
                }
            }
            return await group.reduce(0, +)
        }
        #expect(mistakes == 0)
    }

    private func change(_ world: inout World, _ step: Int, _ random: inout SeededGenerator) {
        let namespace = ["one", "two", "three"].randomElement(using: &random) ?? ""
        let node = ["n1", "n2", "n3", "n4"].randomElement(using: &random) ?? ""
        let key = ObjectKey(namespace: namespace, name: "p\(Int.random(in: 0..<4, using: &random))")
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 1: set(pod(key.name, in: namespace, on: node), in: &world)
        case 2: world[Pod.self][key] = nil
        case 3:
            world[Node.self][ObjectKey(name: node)] = .object(
                Node(metadata: ObjectMetadata(name: node), architecture: Bool.random(using: &random) ? "arm" : "x"))
        case 4: world[Node.self][ObjectKey(name: node)] = nil
        case 5: world.set(.known(step, askedAt: Timestamp(secondsSinceEpoch: 1)), for: Weather(place: namespace))
        default:
            world[Pod.self].replace(namespace, by: Snapshot([pod("r\(step % 3)", in: namespace, on: node)]))
        }
    }

    @Test func `what nobody asks for any more is not kept for ever`() {
        var world = world()
        for step in 0..<10_000 {
            set(pod("p", in: "n\(step)"), in: &world)
            _ = world.derived(Roster(namespace: "n\(step)"))
            // Asked for all the time, so it stays.
            _ = world.derived(Roster(namespace: "one"))
            world[Pod.self][ObjectKey(namespace: "n\(step)", name: "p")] = nil
        }
        #expect(world.derivedCount <= 513)
        #expect(world.computations(of: Roster.self) == 10_001)
    }
}
