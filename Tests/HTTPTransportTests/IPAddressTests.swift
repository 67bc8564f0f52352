// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPTransport

@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::7f00:1",
        "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "3fff::1",
        "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1",
    ])
    func `is not for everybody`(_ text: String) throws { #expect(try #require(IPAddress(text)).isPublic == false) }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
    ])
    func `is for everybody`(_ text: String) throws { #expect(try #require(IPAddress(text)).isPublic) }

    /// Forms that other programs take for addresses; here they are names, and what these resolve to is judged.
    @Test(arguments: [
        "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "10.0.0.1.", " 10.0.0.1", "1.2.3.4/8", "fe80::1%eth0", "",
    ])
    func `is no address`(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test func `an IPv4 address in IPv6 form is the IPv4 address`() {
        #expect(IPAddress("::ffff:10.0.0.1") == IPAddress("10.0.0.1"))
        #expect(IPAddress("::ffff:10.0.0.1")?.description == "10.0.0.1")
        #expect(IPAddress("FE80:0::1")?.description == "fe80::1")
    }

    @Test func `rules match names, addresses and networks, with a port or without`() {
        let rules = HostRules([".svc", "sink.example", "10.1.0.0/16", "192.168.0.7:8080", "[fd00::1]:9000"])
        #expect(rules.match(host: "hooks.monitoring.svc", port: 80))
        #expect(!rules.match(host: "svc", port: 80))
        #expect(rules.match(host: "A.SINK.example", port: 443))
        #expect(!rules.match(host: "notsink.example", port: 443))
        #expect(rules.match(host: "10.1.200.3", port: 1))
        #expect(!rules.match(host: "10.2.0.1", port: 1))
        #expect(rules.match(host: "192.168.0.7", port: 8080) && !rules.match(host: "192.168.0.7", port: 80))
        #expect(rules.match(host: "fd00::1", port: 9000) && !rules.match(host: "fd00::1", port: 1))
        #expect(!HostRules([]).match(host: "localhost", port: 80))
    }
}
