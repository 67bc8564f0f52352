// SPDX-License-Identifier: Apache-2.0
import Essentials
import TrivyReport

extension Filter {
    /// The results that a courier's log carries.
    static let frame = Filter(
        "frame", "What a scan Pod's log says about each image: a result that can be believed, or why there is none.",
        input: [
            Member("log", "string", "The log of the Pod, with its line feeds.", isRequired: true),
            Member("units", "strings", "The units that its Job was made for, up to 100.", isRequired: true),
        ],
        output: [
            Member(
                "units", "object",
                "For each unit `{\"scanned\": …}`, `{\"failed\": …}`, or `{\"frameError\": …}` where no frame can be believed."
            )
        ],
        examples: [
            ["log": .string(exampleLog), "units": ["shop/api"]],
            ["log": .string(exampleLog.replacing("qtyCxx", with: "AtyCxx")), "units": ["shop/api", "shop/web"]],
        ]
    ) { (input) throws(FilterError) in
        let units = try input.strings("units")
        guard units.count <= 100, units.allSatisfy({ Frame.isUnitID($0) }) else {
            throw FilterError(
                "units: holds more than 100, or one that cannot be a unit; write 1 to 200 of A-Za-z0-9._:/@+-")
        }
        var reader = FrameReader(units: units)
        reader.append(Array(try input.string("log").utf8))
        let outcomes = reader.finish().mapValues { outcome -> JSONValue in
            switch outcome {
            case .success(let result): result.json
            case .failure(let error): ["frameError": .string(error.description)]
            }
        }
        return ["units": .object(outcomes)]
    }

    /// Made by a program of its own.
    private static let exampleLog = """
        watchbill-frame/1 begin shop/api failed 1 95 1 \
        8dbec06c5e07a1baeaab26d4dbe34da6a44c2119893ccb8db69a576c3339d128
        watchbill-frame/1 data 0 H4sIAAAAAAACA6tWSkvMzElNUbKqVkqtyCxxzk9JVbIy1FHKTS0uTkwHspXy\
        8hWKS5MzFDJzQXwdpaLUxOL8PKCEJ0jAL7/ELb80LwUoUQrRUF1bWwsA72Ls5lcAAAA=
        watchbill-frame/1 end shop/api 8dbec06c5e07a1baeaab26d4dbe34da6a44c2119893ccb8db69a576c3339d128

        """
}
