-- Stores an int32 as int8: clamped to [-128, 127], or its low 8 bits.
-- BUG plants a fault, which a testbench must find: 1 a saturating store clamps to -127, 2 a saturating
-- store looks at 16 bits only, 3 a wrapping store clamps.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity int8_store is
  generic (
    SATURATE : boolean := true;
    BUG : natural := 0
  );
  port (
    clk : in std_logic;
    reset : in std_logic;
    valid : in std_logic;
    value : in signed(31 downto 0);
    y : out signed(7 downto 0)
  );
end entity;

architecture rtl of int8_store is
begin
  process (clk)
    variable seen : signed(31 downto 0);
    variable smallest : integer;
  begin
    if rising_edge(clk) then
      if reset = '1' then
        y <= (others => '0');
      elsif valid = '1' then
        seen := resize(value(15 downto 0), 32) when BUG = 2 else value;
        smallest := -127 when BUG = 1 else -128;
        if not SATURATE and BUG /= 3 then
          y <= value(7 downto 0);
        elsif seen > 127 then
          y <= to_signed(127, 8);
        elsif seen < smallest then
          y <= to_signed(smallest, 8);
        else
          y <= seen(7 downto 0);
        end if;
      end if;
    end if;
  end process;
end architecture;
