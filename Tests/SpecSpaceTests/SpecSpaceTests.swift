// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Schema
import Testing

@testable import SpecSpace

struct SpecSpaceTests {
    private static let spaces = CustomResourceDefinition.all.map { SpecSpace($0) }

    @Test func `every kind has a base that its schema accepts`() {
        for space in Self.spaces + SpecSpace.all { #expect(space.violations(of: space.base) == []) }
    }

    @Test func `the cases follow from the seed`() {
        for space in Self.spaces {
            let cases = space.cases(seed: 7, count: 60)
            #expect(cases.count == 60)
            #expect(cases.map(\.content) == space.cases(seed: 7, count: 60).map(\.content))
            #expect(cases.map(\.content) != space.cases(seed: 8, count: 60).map(\.content))
            #expect(space.cases(seed: 7, count: 20).map(\.words) == cases.prefix(20).map(\.words))
        }
    }

    @Test func `every place of every kind comes up, and what is refused as well as what is accepted`() {
        for space in Self.spaces {
            let kind = space.resource.kind
            // A place has its turn once in so many draws.
            #expect(space.places.count > 10 && space.places.count < 400, "\(kind): \(space.places.count) places")
            let cases = space.cases(seed: 1, count: 300)
            let met = Set(cases.flatMap(\.changes).map { $0.prefix { $0 != ":" } }.map(String.init))
            #expect(Set(space.places).subtracting(met) == [], "\(kind)")
            let refused = cases.count { !$0.isAccepted }
            #expect(refused > 60 && cases.count - refused > 60, "\(kind): \(refused) of \(cases.count) are refused")
            #expect(cases.count { $0.changes.count == 2 } == 100, "\(kind)")
        }
    }

    @Test func `bounds are met from both sides`() {
        let schema = Schema.object(
            "",
            ["count": .integer(minimum: 2, maximum: 5), "names": .array(of: .string(), list: .set, maximumCount: 3)])
        func values(_ path: String) -> [JSONValue] {
            schema.inner(at: "").filter { $0.path == path }.compactMap { $0.change(nil)?[path] }
        }
        for number: JSONValue in [1, 2, 5, 6, .number("1.0"), .null, "5"] { #expect(values("count").contains(number)) }
        let counts = Set(values("names").compactMap { $0.arrayValue?.count })
        #expect(counts.isSuperset(of: [0, 1, 2, 3, 4]))
        #expect(values("names").contains(["a0", "a0"]))
    }

    @Test func `what is missing around a field is filled in, so that the change is the only fault`() {
        let schema = Schema.object(
            "", ["list": .array(of: .object("", ["id": .string(), "size": .integer(maximum: 3)], required: ["id"]))])
        let edit = schema.inner(at: "").first { $0.path == "list[0].size" && $0.word == "4" }
        #expect(edit?.change(nil) == ["list": [["id": "a0", "size": 4]]])
    }
}
